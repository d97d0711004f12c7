/**
 * Measurements of whole images: start-up, the first image, and the images after it.
 *
 * <p>Users wait for images, not for network calls. {@link
 * io.diffusion4j.benchmarks.images.ImageBenchmark} starts a process that draws from a model folder,
 * and measures the time from the start of the process to its first image, divided into its parts,
 * and the median of an image in the warm process:
 *
 * <pre>{@code
 * var settings = new ImageSettings(20, 20, 5, Precision.BFLOAT16, 10, 11);
 * ImageBenchmark.measure(Path.of("emoji/model"), settings, row -> System.out.println(row.name()));
 * }</pre>
 *
 * <p>{@link io.diffusion4j.benchmarks.images.ImageSettings} has the steps of the stages, the number
 * format, and the numbers of images: those of the warm-up, in which the JIT compiler still works,
 * and those that are measured. Guidance is the default of {@code generate}. {@code FirstImage} is
 * the measured process; it draws through the same classes as the command line.
 *
 * <p>The rows appear in the table of {@code diffusion4j bench}, which takes the folder from {@code
 * --model}. Times are in milliseconds.
 *
 * <p>To measure another part of the start-up, note its time in {@code FirstImage}, and add a row
 * for it. Time that is spent before {@code main} is part of the total, since it is measured from
 * outside.
 *
 * <p>Not here: the calls of a single network ({@code io.diffusion4j.benchmarks.networks}), requests
 * to a server ({@code io.diffusion4j.benchmarks.server}), and the quality of the images.
 */
@NullMarked
package io.diffusion4j.benchmarks.images;

import org.jspecify.annotations.NullMarked;
