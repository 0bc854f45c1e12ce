import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;

/**
 * Counts words exactly once: BOOTSTRAP APPLICATION FOLDER. Reads "lines" and "names", writes every new count of a word to "counts" and
 * every line whose key is in "names" to "joined". Says "running" when it is, and "failed REASON"; ends on SIGTERM.
 */
public class WordCount {
  public static void main(String[] args) {
    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("application.id", args[1]);
    config.put("state.dir", args[2]);
    config.put("processing.guarantee", "exactly_once_v2");
    config.put("num.stream.threads", "2");
    config.put("commit.interval.ms", "100");
    // Every count goes out, not only the last one of each interval.
    config.put("statestore.cache.max.bytes", "0");
    config.put("replication.factor", "-1");
    config.put("default.key.serde", Serdes.StringSerde.class.getName());
    config.put("default.value.serde", Serdes.StringSerde.class.getName());
    // A process that was killed gives up its partitions soon.
    config.put("main.consumer.session.timeout.ms", "6000");
    config.put("main.consumer.heartbeat.interval.ms", "500");

    StreamsBuilder builder = new StreamsBuilder();
    KTable<String, String> names = builder.table("names");
    KStream<String, String> lines = builder.stream("lines");
    lines
        .flatMapValues(line -> Arrays.asList(line.split(" ")))
        .groupBy((key, word) -> word)
        .count(Materialized.as("words"))
        .toStream()
        .mapValues(count -> Long.toString(count))
        .to("counts");
    lines.join(names, (line, name) -> name).to("joined");

    KafkaStreams streams = new KafkaStreams(builder.build(), config);
    streams.setUncaughtExceptionHandler(failure -> {
      System.out.println("failed " + failure);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    });
    streams.setStateListener((now, before) -> {
      if (now == KafkaStreams.State.RUNNING) System.out.println("running");
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(20))));
    streams.start();
  }
}
