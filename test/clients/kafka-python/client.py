import logging
import sys
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

bootstrap, prefix = sys.argv[1:3]
topic, group = f"{prefix}-t", f"{prefix}-g"
servers = bootstrap.split(",")
sent = []
logging.disable(logging.CRITICAL)


def step(name, action):
    try:
        action()
        print(f"ok {name}", flush=True)
    except Exception as error:
        print(f"fail {name} {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", flush=True)


def check(condition, message):
    if not condition:
        raise Exception(message)


admin = KafkaAdminClient(bootstrap_servers=servers)


def create():
    admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])


def describe():
    check(topic in admin.list_topics(), "not listed")
    described = admin.describe_topics([topic])
    described = described if isinstance(described, list) else list(described.values())
    check(len(described[0]["partitions"]) == 3, f"{len(described[0]['partitions'])} partitions")


def produce(codec):
    def action():
        producer = KafkaProducer(bootstrap_servers=servers, compression_type=None if codec == "none" else codec,
                                 acks="all", linger_ms=20)
        batch = [(f"key-{i % 10}", f"{codec} {i} " + "äß€😀" * (i % 50)) for i in range(100)]
        futures = [producer.send(topic, key=key.encode(), value=value.encode(), headers=[("codec", codec.encode())])
                   for key, value in batch]
        producer.flush(30)
        for future in futures:
            future.get(30)
        producer.close()
        sent.extend(batch)
    return action


def read_all(group_id, commit):
    consumer = KafkaConsumer(topic, bootstrap_servers=servers, group_id=group_id, auto_offset_reset="earliest",
                             enable_auto_commit=False)
    try:
        records = []
        deadline = time.time() + 30
        while len(records) < len(sent) and time.time() < deadline:
            for batch in consumer.poll(500).values():
                records.extend((r.key.decode(), r.value.decode()) for r in batch)
        check(sorted(records) == sorted(sent), f"{len(records)} of {len(sent)} records, or other ones")
        if commit:
            consumer.commit()
            total = sum(consumer.committed(TopicPartition(topic, p)) or 0 for p in range(3))
            check(total == len(sent), f"committed {total} of {len(sent)}")
    finally:
        consumer.close()


def groups():
    listed = admin.list_consumer_groups() if hasattr(admin, "list_consumer_groups") else admin.list_groups()
    names = [each[0] if isinstance(each, tuple) else each["group_id"] for each in listed]
    check(group in names, "not listed")


def delete():
    admin.delete_topics([topic])
    for _ in range(100):
        if topic not in admin.list_topics():
            return
        time.sleep(0.1)
    raise Exception("still listed")


step("create", create)
step("describe", describe)
for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
    step(codec, produce(codec))
step("consume", lambda: read_all(f"{group}-once", False))
step("group", lambda: read_all(group, True))
step("groups", groups)
step("delete", delete)
