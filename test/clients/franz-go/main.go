package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

var (
	bootstrap = strings.Split(os.Args[1], ",")
	topic     = os.Args[2] + "-t"
	group     = os.Args[2] + "-g"
	sent      []string
)

func step(name string, action func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	if err := action(ctx); err != nil {
		fmt.Println("fail", name, strings.SplitN(err.Error(), "\n", 2)[0])
	} else {
		fmt.Println("ok", name)
	}
}

func produce(name string, codec kgo.CompressionCodec) func(context.Context) error {
	return func(ctx context.Context) error {
		client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap...), kgo.DefaultProduceTopic(topic), kgo.ProducerBatchCompression(codec),
			kgo.ProducerLinger(20*time.Millisecond))
		if err != nil {
			return err
		}
		defer client.Close()
		var records []*kgo.Record
		var batch []string
		for i := range 100 {
			key := fmt.Sprintf("key-%d", i%10)
			value := fmt.Sprintf("%s %d %s", name, i, strings.Repeat("äß€😀", i%50))
			records = append(records, &kgo.Record{Key: []byte(key), Value: []byte(value),
				Headers: []kgo.RecordHeader{{Key: "codec", Value: []byte(name)}}})
			batch = append(batch, key+" "+value)
		}
		if err := client.ProduceSync(ctx, records...).FirstErr(); err != nil {
			return err
		}
		sent = append(sent, batch...)
		return nil
	}
}

func readAll(options ...kgo.Opt) func(context.Context) error {
	return func(ctx context.Context) error {
		client, err := kgo.NewClient(append(options, kgo.SeedBrokers(bootstrap...), kgo.ConsumeTopics(topic),
			kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
		if err != nil {
			return err
		}
		defer client.Close()
		var records []string
		for len(records) < len(sent) {
			fetches := client.PollFetches(ctx)
			if err := fetches.Err(); err != nil {
				return fmt.Errorf("after %d records: %w", len(records), err)
			}
			fetches.EachRecord(func(record *kgo.Record) {
				records = append(records, string(record.Key)+" "+string(record.Value))
			})
		}
		if name, _ := client.GroupMetadata(); name != "" {
			if err := client.CommitUncommittedOffsets(ctx); err != nil {
				return err
			}
		}
		expected := append([]string{}, sent...)
		sort.Strings(expected)
		sort.Strings(records)
		if strings.Join(expected, "\n") != strings.Join(records, "\n") {
			return fmt.Errorf("%d of %d records, or other ones", len(records), len(sent))
		}
		return nil
	}
}

func main() {
	// BOOTSTRAP TOPIC GROUP PROTOCOL: a member; the other job has two arguments.
	if len(os.Args) == 5 {
		member(os.Args[2], os.Args[3], os.Args[4])
		return
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap...))
	if err != nil {
		fmt.Println("fail create", err)
		return
	}
	admin := kadm.NewClient(client)
	step("create", func(ctx context.Context) error {
		created, err := admin.CreateTopic(ctx, 3, 1, nil, topic)
		if err != nil {
			return err
		}
		return created.Err
	})
	step("describe", func(ctx context.Context) error {
		topics, err := admin.ListTopics(ctx)
		if err != nil {
			return err
		}
		if !topics.Has(topic) || len(topics[topic].Partitions) != 3 {
			return fmt.Errorf("not listed, or not with 3 partitions")
		}
		return nil
	})
	step("none", produce("none", kgo.NoCompression()))
	step("gzip", produce("gzip", kgo.GzipCompression()))
	step("snappy", produce("snappy", kgo.SnappyCompression()))
	step("lz4", produce("lz4", kgo.Lz4Compression()))
	step("zstd", produce("zstd", kgo.ZstdCompression()))
	step("consume", readAll())
	step("group", func(ctx context.Context) error {
		if err := readAll(kgo.ConsumerGroup(group), kgo.DisableAutoCommit())(ctx); err != nil {
			return err
		}
		offsets, err := admin.FetchOffsets(ctx, group)
		if err != nil {
			return err
		}
		total := int64(0)
		offsets.Each(func(each kadm.OffsetResponse) { total += max(each.At, 0) })
		if total != int64(len(sent)) {
			return fmt.Errorf("committed %d of %d", total, len(sent))
		}
		return nil
	})
	step("groups", func(ctx context.Context) error {
		groups, err := admin.ListGroups(ctx)
		if err != nil {
			return err
		}
		if _, found := groups[group]; !found {
			return fmt.Errorf("not listed")
		}
		return nil
	})
	step("delete", func(ctx context.Context) error {
		deleted, err := admin.DeleteTopics(ctx, topic)
		if err != nil {
			return err
		}
		if err := deleted.Error(); err != nil {
			return err
		}
		for range 100 {
			topics, err := admin.ListTopics(ctx)
			if err != nil || !topics.Has(topic) {
				return err
			}
			time.Sleep(100 * time.Millisecond)
		}
		return fmt.Errorf("still listed")
	})
}
