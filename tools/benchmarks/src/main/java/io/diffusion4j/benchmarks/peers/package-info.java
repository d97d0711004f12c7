/**
 * The same networks in our engines and in the engines that one would choose instead.
 *
 * <pre>
 *   diffusion4j bench peers
 *   diffusion4j bench peers --networks prior,decoder,upsampler
 *   diffusion4j bench peers --history docs/benchmarks --plot peers.svg
 * </pre>
 *
 * <p>{@link io.diffusion4j.benchmarks.peers.PeersBench} measures ONNX Runtime in float32, libtorch
 * (by the Deep Java Library) in float32 and bfloat16, and ours in each precision that the machine
 * has. All of them run one {@link io.diffusion4j.nn.Network} with the same random weights and
 * inputs: ONNX Runtime as an ONNX file, libtorch as a TorchScript archive, with images in the
 * layout that its convolutions prefer.
 *
 * <ul>
 *   <li>{@code PeerJars} finds the jars of the peers, or has Maven download them. They are not part
 *       of the distribution. Versions and digests are pinned in {@code jars.txt}.
 *   <li>{@code PeerSubject} is a network with its batch sizes, {@code Contender} an engine in a
 *       precision.
 *   <li>{@code PeerMain} is the process of a contender; {@code PeerProcess} is its parent's view.
 *       The parent sends a line for each turn, and receives the median time of the turn's calls.
 *   <li>{@code PeerMatch} lets the contenders of a network take turns, so other load affects all of
 *       them, and takes the median of the turns. Networks of Karlo's size do not fit in memory
 *       together: their contenders run one after another, with one measured call each.
 *   <li>{@code PeerTable}, {@code PeerHistory} and the chart show the rows.
 * </ul>
 *
 * <p>A call is measured from inputs on the heap to outputs on the heap, on all processors, with the
 * defaults of each library. Each contender runs a network once before it is measured, and its
 * outputs are compared with ours in float32. A peer that computes something else is an error, so
 * that no speed of a wrong network is printed.
 *
 * <p>To add an engine, implement {@code PeerNetwork}, add a {@code Contender} and pin its jars.
 *
 * <p>Not here: peers in Python, whose installation is not ours; GPUs; and the quality of int8,
 * which is in {@code docs/performance.md}. ONNX Runtime has no bfloat16 products on processors, and
 * no row for them.
 */
@NullMarked
package io.diffusion4j.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
