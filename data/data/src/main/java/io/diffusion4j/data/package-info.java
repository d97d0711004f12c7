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
 * <h2>Why indices</h2>
 *
 * <p>Example i of a seed is always the same picture with the same caption, crop and mirroring. So
 * an interrupted training resumes with the data that it would have seen, and several threads can
 * decode ahead: {@link io.diffusion4j.data.PrefetchingDataSet} does so without changing any
 * example.
 *
 * <h2>Options</h2>
 *
 * <p>{@link io.diffusion4j.data.Preparation} makes squares of pictures, and {@link
 * io.diffusion4j.data.CropCache} keeps them. {@link io.diffusion4j.data.BadPictures} skips
 * unreadable pictures, up to a limit. {@link io.diffusion4j.data.Classes} makes classes from
 * folders or captions. An {@link io.diffusion4j.data.ImageEmbedder} supplies image embeddings,
 * computed or stored. A {@link io.diffusion4j.data.TrainingOption} is an option by name, such as
 * {@code captions=plain}.
 *
 * <p>All types are safe for use by several threads unless they state otherwise. Batches are not
 * here: their contents depend on the network.
 */
@NullMarked
package io.diffusion4j.data;

import org.jspecify.annotations.NullMarked;
