import asyncio
import logging
import sys
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

bootstrap, prefix = sys.argv[1:3]
topic, group = f"{prefix}-t", f"{prefix}-g"
sent = []
logging.disable(logging.CRITICAL)


async def step(name, action):
    try:
        await action
        print(f"ok {name}", flush=True)
    except Exception as error:
        print(f"fail {name} {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", flush=True)


def check(condition, message):
    if not condition:
        raise Exception(message)


async def create(admin):
    response = await admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    check(response.topic_errors[0][1] == 0, str(response))


async def describe(admin):
    check(topic in await admin.list_topics(), "not listed")
    described = await admin.describe_topics([topic])
    check(len(described[0]["partitions"]) == 3, f"{len(described[0]['partitions'])} partitions")


async def produce(codec):
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, compression_type=None if codec == "none" else codec,
                                acks="all", linger_ms=20, enable_idempotence=True)
    await producer.start()
    try:
        batch = [(f"key-{i % 10}", f"{codec} {i} " + "äß€😀" * (i % 50)) for i in range(100)]
        futures = [await producer.send(topic, key=key.encode(), value=value.encode(), headers=[("codec", codec.encode())])
                   for key, value in batch]
        await asyncio.gather(*futures)
        sent.extend(batch)
    finally:
        await producer.stop()


async def read_all(group_id, commit):
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=group_id, auto_offset_reset="earliest",
                                enable_auto_commit=False)
    await consumer.start()
    try:
        records = []
        deadline = time.time() + 30
        while len(records) < len(sent) and time.time() < deadline:
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                records.extend((r.key.decode(), r.value.decode()) for r in batch)
        check(sorted(records) == sorted(sent), f"{len(records)} of {len(sent)} records, or other ones")
        if commit:
            await consumer.commit()
            total = 0
            for partition in range(3):
                total += await consumer.committed(TopicPartition(topic, partition)) or 0
            check(total == len(sent), f"committed {total} of {len(sent)}")
    finally:
        await consumer.stop()


async def groups(admin):
    check(group in [name for name, _ in await admin.list_consumer_groups()], "not listed")


async def delete(admin):
    await admin.delete_topics([topic])
    for _ in range(100):
        if topic not in await admin.list_topics():
            return
        await asyncio.sleep(0.1)
    raise Exception("still listed")


async def main():
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await step("create", create(admin))
    await step("describe", describe(admin))
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        await step(codec, produce(codec))
    await step("consume", read_all(f"{group}-once", False))
    await step("group", read_all(group, True))
    await step("groups", groups(admin))
    await step("delete", delete(admin))
    await admin.close()


asyncio.run(main())
