"""A member of a group, as test/clients/README.md says."""
import asyncio
import faulthandler
import logging
import signal
import sys

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

bootstrap, topic, group = sys.argv[1:4]
logging.disable(logging.CRITICAL)
faulthandler.register(signal.SIGQUIT)


class Listener(ConsumerRebalanceListener):
    def __init__(self, busy):
        self.busy = busy
        self.revocations = 0

    # What is being read is committed before the partitions go.
    async def on_partitions_revoked(self, revoked):
        async with self.busy:
            self.revocations += 1

    async def on_partitions_assigned(self, assigned):
        print(f"assigned {len(assigned)}", flush=True)


async def main():
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    busy = asyncio.Lock()
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, client_id="member",
                                auto_offset_reset="earliest", enable_auto_commit=False, session_timeout_ms=6000,
                                heartbeat_interval_ms=200, rebalance_timeout_ms=30000, fetch_max_wait_ms=100)
    listener = Listener(busy)
    consumer.subscribe([topic], listener=listener)
    await consumer.start()
    while not stopped.is_set():
        # Not while busy: during a rebalance this waits for its end.
        try:
            batches = await consumer.getmany(timeout_ms=100)
        except KafkaError as error:
            if not error.retriable:
                raise
            print(f"read again after {error!r}", file=sys.stderr)
            continue
        before = listener.revocations
        async with busy:
            # What was given back in between was not read.
            if listener.revocations != before:
                continue
            for at, records in batches.items():
                print(f"read {at.partition} {records[0].offset} {records[-1].offset}", flush=True)
                try:
                    await consumer.commit({TopicPartition(topic, at.partition): records[-1].offset + 1})
                except (CommitFailedError, IllegalStateError) as error:
                    print(f"refused {at.partition} {type(error).__name__}", flush=True)
        await asyncio.sleep(0)
    await consumer.stop()


asyncio.run(main())
