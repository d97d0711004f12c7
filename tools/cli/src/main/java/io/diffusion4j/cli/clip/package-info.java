/**
 * Commands that use CLIP alone: {@code embed}, {@code classify} and {@code search}, and the plots
 * of embeddings.
 *
 * <pre>
 *   diffusion4j embed photos --output photos.safetensors
 *   diffusion4j classify cat.jpg --label cat --label dog
 *   diffusion4j search photos --text "a cat on a sofa" --sheet found.png
 *   diffusion4j plot similarity apple.png owl.png --text apple --text owl --output owls.svg
 * </pre>
 *
 * <p>{@code ClipOptions} has the common options: the model, its tokenizer, the number format and
 * the batch size. The model is a pipeline with an image encoder, or the folder of a CLIP by
 * transformers, open_clip or OpenAI, so no prior and no decoder is needed.
 *
 * <ul>
 *   <li>{@link io.diffusion4j.cli.clip.EmbedCommand} writes vectors to a file, and resumes if it
 *       was interrupted.
 *   <li>{@link io.diffusion4j.cli.clip.ClassifyCommand} picks labels. With {@code --labelled},
 *       folders are the labels, and the command prints the accuracy.
 *   <li>{@link io.diffusion4j.cli.clip.SearchCommand} keeps an index in the folder of the pictures,
 *       and embeds only new ones.
 *   <li>{@link io.diffusion4j.cli.clip.SimilarityCommand} plots a matrix of cosines (Radford et al.
 *       2021, fig. 1), {@link io.diffusion4j.cli.clip.ComponentsCommand} the pictures of truncated
 *       embeddings (Ramesh et al. 2022, fig. 7). They are subcommands of {@code plot}.
 * </ul>
 *
 * <p>The work is done by {@code io.diffusion4j.clip.embed} and {@code io.diffusion4j.search}.
 * Training of a CLIP is in {@code io.diffusion4j.cli.train}, as the part {@code clip} of a model.
 */
@NullMarked
package io.diffusion4j.cli.clip;

import org.jspecify.annotations.NullMarked;
