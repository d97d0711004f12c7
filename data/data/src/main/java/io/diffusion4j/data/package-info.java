/**
 * Data sets of captioned pictures, as pure functions of an index.
 *
 * <p>A {@link io.diffusion4j.data.PictureSet} is a finite set of pictures in a fixed order; readers
 * of files implement it. A {@link io.diffusion4j.data.DataSet} is an endless series of examples for
 * training. {@link io.diffusion4j.data.Shuffled} makes the second from the first.
 *
 * <pre>{@code
 * PictureSet pictures = PictureFiles.open("data", List.of("pictures", "{00..07}.tar"), Columns.DEFAULT);
 * Split split = Split.byKey(pictures, 0.02); // two in a hundred are held out
 * CaptionedImages examples = new Shuffled(split.training()).examples(64, 1); // size, seed
 * String caption = examples.get(0).caption();
 * }</pre>
 *
 * <p>Example i of a seed is always the same picture with the same caption, crop and mirroring. So
 * an interrupted training resumes with the data that it would have seen, and several threads can
 * decode ahead: {@link io.diffusion4j.data.PrefetchingDataSet} does so without changing any
 * example.
 *
 * <p>All types are safe for use by several threads unless they state otherwise.
 */
@NullMarked
package io.diffusion4j.data;

import org.jspecify.annotations.NullMarked;
