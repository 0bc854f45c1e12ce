/** min.insync.replicas above the number of replicas counts as that number (Kafka 4.3 with eligible leader replicas). */
export function minInSync(configured: number, replicas: number): number {
  return Math.min(configured, replicas)
}
