/**
 * SHA-256 digests (FIPS 180-4), which identify contents and name files by them.
 *
 * <pre>{@code
 * String name = HexFormat.of().formatHex(Sha256.of(bytes)); // 64 hexadecimal digits
 *
 * var digest = Sha256.start(); // of parts, without joining them
 * digest.update(header);
 * digest.update(body);
 * byte[] both = digest.digest();
 * }</pre>
 *
 * <p>{@link io.diffusion4j.diffusion.digest.Sha256} is the JDK's algorithm without the checked
 * exception for a platform that lacks it, since every Java platform has it.
 *
 * <p>This project uses digests to identify:
 *
 * <ul>
 *   <li>Weights, plugins and low-rank updates, in the form {@code sha256:} and 64 digits. Recipes
 *       contain these digests, so a replay can detect that a model is another one.
 *   <li>Entries of caches, by their sources.
 *   <li>The assignment of examples to a split: a pure function of the example's key, so it does not
 *       depend on the order or the number of the others.
 * </ul>
 *
 * <p>Parts of variable length need their lengths in the digest. Without them, {@code "ab"} and
 * {@code "c"} have the same digest as {@code "a"} and {@code "bc"}.
 *
 * <p>Not here: the digest of a model folder, with the rules for the files that count ({@link
 * io.diffusion4j.diffusion.pipeline.ModelIdentity} has it, {@code io.diffusion4j.pipeline} computes
 * it), and signatures, which prove an origin ({@code io.diffusion4j.provenance}).
 */
@NullMarked
package io.diffusion4j.diffusion.digest;

import org.jspecify.annotations.NullMarked;
