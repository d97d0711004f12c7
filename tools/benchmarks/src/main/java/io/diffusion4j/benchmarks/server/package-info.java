/**
 * Measurements of a server under load.
 *
 * <pre>
 *   diffusion4j bench server
 * </pre>
 *
 * <p>{@link io.diffusion4j.benchmarks.server.ServerBench} starts a server with a real model and
 * measures three things:
 *
 * <ul>
 *   <li>throughput: images per second over gRPC with 1, 4 and 16 requests at once, as a fraction of
 *       the same service without a network, by the clock and by processor time;
 *   <li>fairness: the time of a small job alone, and beside a job of 64 images;
 *   <li>memory, if {@code --steady} is given: its growth while the server draws on.
 * </ul>
 *
 * <p>{@code ServedWork} runs the clients. Rounds with and without gRPC take turns, so other load
 * affects both equally, and medians count. The steps of the stages can be reduced by {@code
 * --steps}, so that the networks take less time and the cost of the service shows.
 *
 * <p>Client and server share the processors of this machine, so the figures include what the
 * clients use.
 *
 * <p>To measure another workload, add a request to {@code ServedWork} and a row for its result. It
 * should be a workload that users have.
 *
 * <p>The service is in {@code io.diffusion4j.serving}, and its queue in {@code
 * io.diffusion4j.serving.jobs}; their behaviour under load, such as quotas and backpressure, is
 * tested in {@code integration-tests}. A load test of a running server over a network needs a tool
 * of its own: the contract is open to any gRPC client, and the server's meters show the queue.
 */
@NullMarked
package io.diffusion4j.benchmarks.server;

import org.jspecify.annotations.NullMarked;
