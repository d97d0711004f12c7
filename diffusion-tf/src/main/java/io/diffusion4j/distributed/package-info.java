/**
 * Training in several processes, on one machine or on many, over TensorFlow's collectives.
 *
 * <pre>{@code
 * var cluster = ClusterSpec.of("h0:2222,h1:2222", 1); // the second of two
 * try (var group = Collectives.join(cluster, PeerTimeout.DEFAULT);
 *     var trainer = new Trainer(objective, config, group);
 *     var run = new TrainingRun(trainer, config, batches, Path.of("state"), 100)) {
 *   run.run((step, report) -> {});
 * }
 * }</pre>
 *
 * <p>A process that ends, or that does not answer within the time limit, ends the sums of all
 * others with a {@link io.diffusion4j.nn.train.group.PeerLostException}. TensorFlow's collectives
 * cannot be used again then: the process has to end, by {@link java.lang.Runtime#halt} with {@value
 * io.diffusion4j.distributed.LocalCluster#PEER_LOST}, and the launcher starts all processes again.
 * They continue from the last checkpoint, to the same weights.
 *
 * <p>TensorFlow's server listens on all interfaces, without authentication, and runs the operations
 * that it receives. Its port should be in a private network that only the processes of the training
 * can reach.
 */
@NullMarked
package io.diffusion4j.distributed;

import org.jspecify.annotations.NullMarked;
