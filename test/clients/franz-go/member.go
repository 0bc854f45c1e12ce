package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A member of a group, as test/clients/README.md says.
func member(topic, group, protocol string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	options := []kgo.Opt{kgo.SeedBrokers(bootstrap...), kgo.ClientID("member"), kgo.ConsumeTopics(topic),
		kgo.ConsumerGroup(group), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(),
		kgo.Balancers(kgo.CooperativeStickyBalancer()), kgo.SessionTimeout(6 * time.Second), kgo.RebalanceTimeout(30 * time.Second),
		kgo.HeartbeatInterval(200 * time.Millisecond), kgo.FetchMaxWait(100 * time.Millisecond),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, assigned map[string][]int32) {
			fmt.Println("assigned", len(assigned[topic]))
		})}
	if protocol == "consumer" {
		options = append(options, kgo.ServerSideBalancer())
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for ctx.Err() == nil {
		fetches := client.PollFetches(ctx)
		fetches.EachPartition(func(each kgo.FetchTopicPartition) {
			if count := len(each.Records); count > 0 {
				fmt.Println("read", each.Partition, each.Records[0].Offset, each.Records[count-1].Offset)
			}
		})
		if err := client.CommitUncommittedOffsets(context.Background()); err != nil {
			fmt.Println("refused all", err)
		}
		client.AllowRebalance()
	}
	client.CloseAllowingRebalance()
}
