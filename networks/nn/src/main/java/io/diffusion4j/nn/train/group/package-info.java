/**
 * Processes that train one model together: data parallelism.
 *
 * <pre>{@code
 * try (var group = Group.of(allReduce);
 *     var trainer = new Trainer(objective, config, group);
 *     var run = new TrainingRun(trainer, config, batches, Path.of("state"), 100)) {
 *   run.run((step, report) -> {});
 * }
 * }</pre>
 *
 * <p>All communication consists of one operation, the sum of an {@link
 * io.diffusion4j.nn.train.group.AllReduce}. A broadcast and a gathering are sums in which the
 * others put −0, which changes no bit of any number. Implementations sum in the binary tree of
 * {@link io.diffusion4j.nn.train.group.Round}, so that 1, 2, 4 or 8 processes with the same shares
 * of a batch compute the same bits. With {@link io.diffusion4j.nn.train.group.Wire#BFLOAT16},
 * gradients travel in half the bytes, and the bits depend on the number of processes.
 *
 * <ul>
 *   <li>All processes call the same methods in the same order, on one thread each.
 *   <li>A process that is lost ends the call of every other one with a {@link
 *       io.diffusion4j.nn.train.group.PeerLostException}. The group cannot be used again then; the
 *       training continues from its last checkpoint in new processes.
 * </ul>
 */
@NullMarked
package io.diffusion4j.nn.train.group;

import org.jspecify.annotations.NullMarked;
