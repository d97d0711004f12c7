/**
 * Data sets: pictures with captions, by index.
 *
 * <p>A {@link io.diffusion4j.data.PictureSet} is what a reader of files offers: finitely many
 * pictures of any size in a fixed order, each with its captions. {@link
 * io.diffusion4j.data.PictureFolder} reads a folder.
 *
 * <p>A {@link io.diffusion4j.data.DataSet} is what parts of a model are trained on: examples
 * without end, each a pure function of a seed and an index. {@link io.diffusion4j.data.Shuffled}
 * makes one of any picture set.
 *
 * <p>{@link io.diffusion4j.data.CaptionedImages} is a series of either, as networks take it.
 *
 * <pre>{@code
 * PictureSet pictures = PictureFolder.of("data", Path.of("pictures"));
 * DataSet data = new Shuffled(pictures);
 * CaptionedImages examples = data.examples(64, 1);
 * for (long i = 0; i < pictures.size(); i++) { // one epoch
 *   System.out.println(examples.get(i).caption());
 * }
 * }</pre>
 *
 * <p>A new source of pictures implements {@code PictureSet}: it answers from any thread and in any
 * order, and lists captions without decoding pictures. One that generates its pictures implements
 * {@code DataSet}. Networks, batches and recipes are not here.
 */
@NullMarked
package io.diffusion4j.data;

import org.jspecify.annotations.NullMarked;
