import java.time.Duration;
import java.util.*;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;

/** A member of a group, as test/clients/README.md says. */
public class Member {
    static volatile boolean stopped = false;
    /** What is read and not committed yet: the group may be between two generations when a commit is tried. */
    static final Map<TopicPartition, OffsetAndMetadata> pending = new HashMap<>();

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
            properties.put("session.timeout.ms", "6000");
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
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                commit(consumer);
                forget(partitions);
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                forget(partitions);
            }

            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                System.out.println("assigned " + partitions.size());
            }
        });
        while (!stopped) {
            ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
            for (TopicPartition at : records.partitions()) {
                var list = records.records(at);
                long last = list.get(list.size() - 1).offset();
                System.out.println("read " + at.partition() + " " + list.get(0).offset() + " " + last);
                pending.put(at, new OffsetAndMetadata(last + 1));
            }
            System.out.flush();
            commit(consumer);
        }
    }

    static void forget(Collection<TopicPartition> partitions) {
        for (TopicPartition at : partitions) {
            if (pending.remove(at) != null) System.out.println("refused " + at.partition() + " for good");
        }
    }

    static void commit(KafkaConsumer<String, String> consumer) {
        while (!pending.isEmpty()) {
            try {
                consumer.commitSync(pending);
                pending.clear();
            } catch (WakeupException error) {
                // Asked to stop while committing: what was read is committed all the same.
            } catch (CommitFailedException | RebalanceInProgressException | RetriableException error) {
                // The next poll finds the group as it is now, and tells what was lost; what is still here is tried again then.
                System.err.println("not committed yet: " + error);
                return;
            }
        }
    }
}
