import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

bootstrap, prefix = sys.argv[1:3]
topic, group = f"{prefix}-t", f"{prefix}-g"
sent = []


def step(name, action):
    try:
        action()
        print(f"ok {name}", flush=True)
    except Exception as error:
        print(f"fail {name} {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", flush=True)


def check(condition, message):
    if not condition:
        raise Exception(message)


admin = AdminClient({"bootstrap.servers": bootstrap})


def create():
    admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])[topic].result(30)


def describe():
    found = admin.list_topics(timeout=10).topics
    check(topic in found, "not listed")
    check(len(found[topic].partitions) == 3, f"{len(found[topic].partitions)} partitions")


def produce(codec):
    def action():
        failures = []
        producer = Producer({"bootstrap.servers": bootstrap, "compression.type": codec, "acks": "all", "linger.ms": 20})
        batch = [(f"key-{i % 10}", f"{codec} {i} " + "äß€😀" * (i % 50)) for i in range(100)]
        for key, value in batch:
            producer.produce(topic, key=key, value=value, headers={"codec": codec},
                             on_delivery=lambda error, _: failures.append(error) if error else None)
        check(producer.flush(30) == 0, "not all delivered in time")
        check(not failures, str(failures[:1]))
        sent.extend(batch)
    return action


def read_all(group_id, commit):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group_id, "auto.offset.reset": "earliest",
                         "enable.auto.commit": False})
    records = []
    try:
        consumer.subscribe([topic])
        deadline = time.time() + 30
        while len(records) < len(sent) and time.time() < deadline:
            message = consumer.poll(0.5)
            if message is None:
                continue
            check(message.error() is None, str(message.error()))
            records.append((message.key().decode(), message.value().decode()))
        check(sorted(records) == sorted(sent), f"{len(records)} of {len(sent)} records, or other ones")
        if commit:
            consumer.commit(asynchronous=False)
            offsets = consumer.committed([TopicPartition(topic, p) for p in range(3)], timeout=10)
            total = sum(max(o.offset, 0) for o in offsets)
            check(total == len(sent), f"committed {total} of {len(sent)}")
    finally:
        consumer.close()


def groups():
    listed = admin.list_consumer_groups(request_timeout=10).result(15)
    check(group in [g.group_id for g in listed.valid], "not listed")


def delete():
    admin.delete_topics([topic])[topic].result(30)
    for _ in range(100):
        if topic not in admin.list_topics(timeout=10).topics:
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
