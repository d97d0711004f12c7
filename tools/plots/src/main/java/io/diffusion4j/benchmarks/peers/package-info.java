/**
 * The same networks on LibTorch and ONNX Runtime, in one process with ours.
 *
 * <p>{@link io.diffusion4j.benchmarks.peers.PeersBench} downloads the libraries that {@code
 * jars.txt} names, with checksums, and starts a process that has them on its class path. A network
 * becomes a TorchScript file by {@link io.diffusion4j.benchmarks.peers.Translation}, one rule for
 * each layer, and an ONNX file by the module {@code onnx}; all outputs are compared with the
 * interpreter's before anything is timed.
 */
@NullMarked
package io.diffusion4j.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
