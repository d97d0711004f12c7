/**
 * Processes that are measured from outside: their start-up and their memory.
 *
 * <p>In the process of a benchmark, classes are loaded, code is compiled and memory was used by
 * others. Start-up and memory therefore need a process in which nothing is warm and nothing else
 * runs. {@link io.diffusion4j.benchmarks.process.JavaProcess} starts one on the same class path and
 * with the same engine; the child prints its figures by {@code JavaProcess.report}, and the parent
 * receives them by name:
 *
 * <pre>{@code
 * double before = ProcessMemory.residentMebibytes().orElse(Double.NaN);
 * ProcessMemory.forgetPeak();
 * float[] work = new float[1 << 24];
 * double peak = ProcessMemory.peakMebibytes().orElse(Double.NaN); // includes the array
 * }</pre>
 *
 * <p>{@link io.diffusion4j.cli.inspect.ProcessMemory} is the resident memory of the current
 * process, native memory included: that of engines is outside of the heap, so the figures of the
 * JVM would miss it. The kernel keeps the peak; {@code forgetPeak} resets it, to measure one phase
 * after another. Both are available on Linux only, and empty elsewhere.
 *
 * <p>A child's errors appear on the error stream of the parent. An exit status other than 0 is an
 * exception, so a failed measurement never counts as a fast one.
 *
 * <p>Lines without the marker are ignored, because native libraries print to the standard output as
 * well. Only numbers are passed; a child with more to report writes a file, as the processes of
 * {@code io.diffusion4j.benchmarks.cluster} do. Groups of processes that train together are started
 * by {@code io.diffusion4j.distributed}.
 */
@NullMarked
package io.diffusion4j.benchmarks.process;

import io.diffusion4j.cli.inspect.ProcessMemory;
import org.jspecify.annotations.NullMarked;
