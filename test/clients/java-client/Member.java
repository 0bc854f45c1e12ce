import java.time.Duration;
import java.util.*;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/** A member of a group, as test/clients/README.md says. */
public class Member {
    static volatile boolean stopped = false;

    public static void main(String[] args) {
        String topic = args[1];
        String protocol = args[3];
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[0]);
        properties.put("group.id", args[2]);
        properties.put("client.id", "member");
        properties.put("group.protocol", protocol);
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        properties.put("fetch.max.wait.ms", "100");
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        if (protocol.equals("classic")) {
            properties.put("session.timeout.ms", "3000");
            properties.put("heartbeat.interval.ms", "200");
        }
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties);
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopped = true;
            consumer.wakeup();
            try {
                closed.await();
                // Stopped as it should be: not 143.
                Runtime.getRuntime().halt(0);
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            read(consumer, topic);
        } catch (WakeupException error) {
            // Closing is what it was woken for.
        } finally {
            consumer.close();
            System.out.flush();
            closed.countDown();
        }
    }

    static void read(KafkaConsumer<String, String> consumer, String topic) {
        consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                System.out.println("assigned " + partitions.size());
            }
        });
        while (!stopped) {
            ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            for (TopicPartition at : records.partitions()) {
                var list = records.records(at);
                long last = list.get(list.size() - 1).offset();
                System.out.println("read " + at.partition() + " " + list.get(0).offset() + " " + last);
                offsets.put(at, new OffsetAndMetadata(last + 1));
            }
            System.out.flush();
            if (!offsets.isEmpty()) commit(consumer, offsets);
        }
    }

    static void commit(KafkaConsumer<String, String> consumer, Map<TopicPartition, OffsetAndMetadata> offsets) {
        for (;;) {
            try {
                consumer.commitSync(offsets);
                return;
            } catch (WakeupException error) {
                // Asked to stop while committing: what was read is committed all the same.
            } catch (CommitFailedException error) {
                System.out.println("refused all " + error.getClass().getSimpleName());
                return;
            }
        }
    }
}
