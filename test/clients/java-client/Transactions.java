import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.errors.*;

/** Transactions as a program makes them that wants exactly once: `Transactions BOOTSTRAP PREFIX`. */
public class Transactions {
    static String bootstrap;
    static String prefix;

    public static void main(String[] args) throws Exception {
        bootstrap = args[0];
        prefix = args[1];
        try (Admin admin = Admin.create(common())) {
            List<NewTopic> topics = new ArrayList<>();
            for (String name : List.of("both", "fenced", "source", "target", "slow", "many")) {
                topics.add(new NewTopic(prefix + name, 2, (short) -1));
            }
            admin.createTopics(topics).all().get();
            step("both", () -> both());
            step("fenced", () -> fenced());
            step("offsets", () -> offsets(admin));
            step("slow", () -> slow());
            step("many", () -> many());
        }
        System.exit(0);
    }

    interface Action {
        void run() throws Exception;
    }

    static void step(String name, Action action) {
        try {
            action.run();
            System.out.println("ok " + name);
        } catch (Throwable error) {
            System.out.println("fail " + name + " " + error.toString().replace('\n', ' '));
        }
    }

    /** What is committed is there on both partitions, what is aborted on none. */
    static void both() {
        String topic = prefix + "both";
        List<String> expected = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer("both", 60_000)) {
            producer.initTransactions();
            for (int i = 0; i < 10; i++) {
                producer.beginTransaction();
                for (int partition = 0; partition < 2; partition++) {
                    producer.send(new ProducerRecord<>(topic, partition, null, i + "-" + partition));
                    if (i % 2 == 0) expected.add(i + "-" + partition);
                }
                // Some records are in the log before the decision.
                if (i % 3 == 0) producer.flush();
                if (i % 2 == 0) commit(producer);
                else producer.abortTransaction();
            }
        }
        same(expected, committed(topic, expected.size()));
    }

    /** Whoever comes with the same id ends the one before. */
    static void fenced() {
        String topic = prefix + "fenced";
        try (KafkaProducer<String, String> first = producer("fenced", 60_000);
                KafkaProducer<String, String> second = producer("fenced", 60_000)) {
            first.initTransactions();
            first.beginTransaction();
            first.send(new ProducerRecord<>(topic, 0, null, "zombie"));
            first.flush();
            second.initTransactions();
            second.beginTransaction();
            second.send(new ProducerRecord<>(topic, 0, null, "alive"));
            try {
                first.send(new ProducerRecord<>(topic, 1, null, "zombie"));
                first.commitTransaction();
                throw new IllegalStateException("a fenced producer committed");
            } catch (ProducerFencedException | InvalidProducerEpochException error) {
                // As it should be.
            }
            commit(second);
        }
        same(List.of("alive"), committed(topic, 1));
    }

    /** Reads, writes on, and commits what it has read, in one; every third time it fails. */
    static void offsets(Admin admin) throws Exception {
        String source = prefix + "source";
        String target = prefix + "target";
        List<String> expected = new ArrayList<>();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(producing())) {
            for (int i = 0; i < 30; i++) {
                producer.send(new ProducerRecord<>(source, i % 2, null, "v" + i));
                expected.add("v" + i + "!");
            }
        }
        Properties properties = consuming(prefix + "group");
        properties.put("max.poll.records", "4");
        try (KafkaProducer<String, String> producer = producer("offsets", 60_000);
                KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties)) {
            producer.initTransactions();
            consumer.subscribe(List.of(source));
            long until = System.currentTimeMillis() + 60_000;
            int round = 0;
            for (int done = 0; done < 30 && System.currentTimeMillis() < until;) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(500));
                if (records.isEmpty()) continue;
                producer.beginTransaction();
                Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
                for (ConsumerRecord<String, String> record : records) {
                    producer.send(new ProducerRecord<>(target, record.partition(), null, record.value() + "!"));
                    positions.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
                }
                producer.sendOffsetsToTransaction(positions, consumer.groupMetadata());
                if (round++ % 3 == 1) {
                    producer.abortTransaction();
                    for (TopicPartition partition : consumer.assignment()) {
                        OffsetAndMetadata position = consumer.committed(Set.of(partition)).get(partition);
                        consumer.seek(partition, position == null ? 0 : position.offset());
                    }
                } else {
                    commit(producer);
                    done += records.count();
                }
            }
        }
        long sum = 0;
        for (OffsetAndMetadata each : admin.listConsumerGroupOffsets(prefix + "group").partitionsToOffsetAndMetadata().get().values()) {
            sum += each.offset();
        }
        if (sum != 30) throw new IllegalStateException("offsets add up to " + sum);
        same(expected, committed(target, 30));
    }

    /** Takes longer than it said. */
    static void slow() throws Exception {
        String topic = prefix + "slow";
        try (KafkaProducer<String, String> producer = producer("slow", 1000)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, "late"));
            producer.flush();
            try (KafkaProducer<String, String> other = new KafkaProducer<>(producing())) {
                other.send(new ProducerRecord<>(topic, 0, null, "after"));
            }
            // It stands behind the open transaction: seen once that was aborted.
            same(List.of("after"), committed(topic, 1));
            try {
                producer.commitTransaction();
                throw new IllegalStateException("a transaction that was aborted committed");
            } catch (KafkaException error) {
                // As it should be.
            }
        }
    }

    static void many() {
        String topic = prefix + "many";
        List<String> expected = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer("many", 60_000)) {
            producer.initTransactions();
            for (int i = 0; i < 200; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, i % 2, null, "v" + i));
                commit(producer);
                expected.add("v" + i);
            }
        }
        same(expected, committed(topic, 200));
    }

    /**
     * A producer of 4.x may send its EndTxn before a record that it was given a moment ago: its thread looks whether records wait before
     * it takes the request, and both come in between. The coordinator then knows of no transaction, and says INVALID_TXN_STATE.
     */
    static void commit(KafkaProducer<String, String> producer) {
        producer.flush();
        producer.commitTransaction();
    }

    static void same(List<String> expected, List<String> found) {
        List<String> one = new ArrayList<>(expected);
        List<String> other = new ArrayList<>(found);
        Collections.sort(one);
        Collections.sort(other);
        if (!one.equals(other)) throw new IllegalStateException("expected " + one + ", found " + other);
    }

    /** At least so many, and all that come within a moment after them. */
    static List<String> committed(String topic, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(consuming(null))) {
            List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long until = System.currentTimeMillis() + 60_000;
            while (values.size() < count && System.currentTimeMillis() < until) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) values.add(record.value());
            }
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) values.add(record.value());
        }
        return values;
    }

    static Properties common() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        return properties;
    }

    static Properties producing() {
        Properties properties = common();
        properties.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        properties.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        return properties;
    }

    static Properties consuming(String group) {
        Properties properties = common();
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        properties.put("isolation.level", "read_committed");
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        if (group != null) properties.put("group.id", group);
        return properties;
    }

    static KafkaProducer<String, String> producer(String name, int timeoutMs) {
        Properties properties = producing();
        properties.put("transactional.id", prefix + name);
        properties.put("transaction.timeout.ms", String.valueOf(timeoutMs));
        return new KafkaProducer<>(properties);
    }
}
