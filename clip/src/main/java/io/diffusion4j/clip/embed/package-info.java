/**
 * Embeddings of many texts or pictures: computed in batches, stored in files, and used for
 * classification.
 *
 * <pre>{@code
 * try (var clip = ClipEncoders.open(folder, Optional.empty(), compute);
 *     var pictures = PictureFiles.folder("images", album)) {
 *   var run = new EmbeddingRun(64, done -> System.out.println(done + " pictures"));
 *   run.pictures(clip.image(), clip.size(), pictures).embeddings().write(Path.of("album.npy"));
 *   var labels = LabelClassifier.of(clip.text(), List.of("cat", "dog"), LabelClassifier.PHOTO, 100);
 *   labels.best(clip.image().encode(List.of(image)).get(0), 1);
 * }
 * }</pre>
 *
 * <p>Embeddings are stored as the network returns them, not normalised; searches and classifiers
 * divide by the length themselves. An unreadable picture does not end a run: its name and the
 * reason are part of the result.
 */
@NullMarked
package io.diffusion4j.clip.embed;

import org.jspecify.annotations.NullMarked;
