import java.time.Duration;
import java.util.*;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;

/** Written against the oldest client that we run it with, so that one file serves all. */
public class Client {
    static String bootstrap;
    static String topic;
    static String group;
    static final List<String> sent = new ArrayList<>();
    static Admin admin;

    public static void main(String[] args) {
        bootstrap = args[0];
        topic = args[1] + "-t";
        group = args[1] + "-g";
        admin = Admin.create(properties());
        step("create", () -> admin.createTopics(List.of(new NewTopic(topic, Optional.of(3), Optional.empty()))).all().get());
        step("describe", () -> {
            check(admin.listTopics().names().get().contains(topic), "not listed");
            TopicDescription described = described(admin.describeTopics(List.of(topic))).get(topic);
            check(described.partitions().size() == 3, described.partitions().size() + " partitions");
            return null;
        });
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) step(codec, () -> produce(codec));
        step("consume", () -> readAll(group + "-once", false));
        step("group", () -> readAll(group, true));
        step("groups", () -> {
            check(admin.listConsumerGroups().all().get().stream().anyMatch(one -> one.groupId().equals(group)), "not listed");
            return null;
        });
        step("delete", () -> {
            admin.deleteTopics(List.of(topic)).all().get();
            for (int i = 0; i < 100 && admin.listTopics().names().get().contains(topic); i++) Thread.sleep(100);
            check(!admin.listTopics().names().get().contains(topic), "still listed");
            return null;
        });
        admin.close(Duration.ofSeconds(5));
        System.exit(0);
    }

    /** `all` until 3.0, `allTopicNames` since. */
    @SuppressWarnings("unchecked")
    static Map<String, TopicDescription> described(DescribeTopicsResult result) throws Exception {
        boolean isNew = Arrays.stream(DescribeTopicsResult.class.getMethods()).anyMatch(each -> each.getName().equals("allTopicNames"));
        Object future = DescribeTopicsResult.class.getMethod(isNew ? "allTopicNames" : "all").invoke(result);
        return ((org.apache.kafka.common.KafkaFuture<Map<String, TopicDescription>>) future).get();
    }

    static Object produce(String codec) throws Exception {
        Properties properties = properties();
        properties.put("acks", "all");
        properties.put("compression.type", codec);
        properties.put("linger.ms", "20");
        properties.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        properties.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        try (Producer<String, String> producer = new KafkaProducer<>(properties)) {
            var futures = new ArrayList<java.util.concurrent.Future<RecordMetadata>>();
            var batch = new ArrayList<String>();
            for (int i = 0; i < 100; i++) {
                String key = "key-" + i % 10;
                String value = codec + " " + i + " " + "äß€😀".repeat(i % 50);
                var record = new ProducerRecord<>(topic, key, value);
                record.headers().add("codec", codec.getBytes());
                futures.add(producer.send(record));
                batch.add(key + " " + value);
            }
            for (var future : futures) future.get();
            sent.addAll(batch);
        }
        return null;
    }

    static Object readAll(String groupId, boolean commit) throws Exception {
        Properties properties = properties();
        properties.put("group.id", groupId);
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        try (Consumer<String, String> consumer = new KafkaConsumer<>(properties)) {
            consumer.subscribe(List.of(topic));
            var records = new ArrayList<String>();
            long deadline = System.currentTimeMillis() + 30_000;
            while (records.size() < sent.size() && System.currentTimeMillis() < deadline) {
                for (var record : consumer.poll(Duration.ofMillis(500))) records.add(record.key() + " " + record.value());
            }
            var expected = new ArrayList<>(sent);
            Collections.sort(expected);
            Collections.sort(records);
            check(expected.equals(records), records.size() + " of " + sent.size() + " records, or other ones");
            if (commit) {
                consumer.commitSync();
                long total = 0;
                for (OffsetAndMetadata offset : admin.listConsumerGroupOffsets(groupId).partitionsToOffsetAndMetadata().get().values()) {
                    total += offset.offset();
                }
                check(total == sent.size(), "committed " + total + " of " + sent.size());
            }
        }
        return null;
    }

    static Properties properties() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        return properties;
    }

    static void step(String name, Callable<Object> action) {
        try {
            action.call();
            System.out.println("ok " + name);
        } catch (Throwable error) {
            System.out.println("fail " + name + " " + String.valueOf(error).split("\n")[0]);
        }
    }

    static void check(boolean condition, String message) {
        if (!condition) throw new IllegalStateException(message);
    }
}
