/**
 * CLIP as a tool: embeddings of many texts or pictures, kept in files, and what they are good for.
 *
 * <pre>{@code
 * try (var clip = ClipEncoders.open(folder, Optional.empty(), compute);
 *     var pictures = PictureFiles.folder("images", album)) {
 *   var run = new EmbeddingRun(64, (done, of) -> {});
 *   run.pictures(clip.image(), clip.size(), pictures).embeddings().write(Path.of("album.npy"));
 *   var labels = LabelClassifier.of(clip.text(), List.of("cat", "dog"), LabelClassifier.PHOTO, 100);
 *   labels.best(clip.image().encode(List.of(image)).get(0), 1);
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.clip.embed.EmbeddingRun} embeds in batches and goes on where an earlier
 * run was stopped; {@link io.diffusion4j.clip.embed.Embeddings} is the result, with the name of
 * what each row embeds; {@link io.diffusion4j.diffusion.pipeline.LabelClassifier} finds which of
 * some labels a picture shows. Search by similarity is the module {@code search}.
 */
@NullMarked
package io.diffusion4j.clip.embed;

import org.jspecify.annotations.NullMarked;
