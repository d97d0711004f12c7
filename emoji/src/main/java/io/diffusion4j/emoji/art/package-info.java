/**
 * The drawings: {@link io.diffusion4j.emoji.art.Concept}s that emoji depict, {@link
 * io.diffusion4j.emoji.art.Style}s, each a complete set of drawings under a free licence, and their
 * pixels.
 *
 * <p>{@link io.diffusion4j.emoji.art.Sprites} rasterises the drawings of a {@link
 * io.diffusion4j.emoji.art.ConceptSet} once and caches them in the user's cache folder, in a file
 * with the digest of its inputs. The digest of all pixels is recorded in checkpoints. The drawings
 * come from jars on the class path; nothing is downloaded.
 */
@NullMarked
package io.diffusion4j.emoji.art;

import org.jspecify.annotations.NullMarked;
