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
 * <p>Parts of variable length need their lengths in the digest. Without them, {@code "ab"} and
 * {@code "c"} have the same digest as {@code "a"} and {@code "bc"}.
 */
@NullMarked
package io.diffusion4j.diffusion.digest;

import org.jspecify.annotations.NullMarked;
