/**
 * The cost of training in several processes: sums between them, and steps with their phases.
 *
 * <pre>
 *   diffusion4j bench cluster
 * </pre>
 *
 * <p>Processes that train together sum their gradients after each step. {@link
 * io.diffusion4j.benchmarks.cluster.ClusterBench} starts processes on this machine and measures two
 * things: the time of sums of several sizes, and training steps of the decoder S with the parts of
 * their time, forward passes and sums. A step has the same rows in one process with one thread, in
 * one with several threads, and in several processes with one thread each, so the last two rows
 * show what processes cost compared with threads.
 *
 * <ul>
 *   <li>{@code ClusterProcess} is one process of the group. The first of the group writes the
 *       figures to a file.
 *   <li>{@code TimedSums} wraps the sums of a group and adds up their time.
 *   <li>{@link io.diffusion4j.cli.inspect.SumTime} measures sums alone. {@code doctor
 *       --cluster} uses it before a training, on the machines that will train.
 * </ul>
 *
 * <p>Processes on one machine share its memory bandwidth and have no network between them, so the
 * figures show the cost of the software, and the time of sums is a lower limit for machines in a
 * network.
 *
 * <p>Groups and sums themselves are in {@code io.diffusion4j.distributed} and {@code
 * io.diffusion4j.nn.train.group}. The convergence of larger batches is not measured here.
 */
@NullMarked
package io.diffusion4j.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
