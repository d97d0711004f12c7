/**
 * Files of keys: one PEM block (RFC 7468), and for secrets no access by other users.
 *
 * <pre>{@code
 * Path secret = Path.of("my.key");
 * KeyFiles.writeSecret(secret, "PRIVATE KEY", privateKey); // fails if the file exists
 * byte[] same = KeyFiles.readSecret("key", secret, "PRIVATE KEY");
 *
 * Path open = Path.of("my.key.pub");
 * Files.writeString(open, KeyFiles.pem("PUBLIC KEY", publicKey));
 * byte[] published = KeyFiles.read("trust", open, "PUBLIC KEY");
 * }</pre>
 *
 * <p>{@link io.diffusion4j.provenance.key.KeyFiles} contains the rules:
 *
 * <ul>
 *   <li>A new secret gets the permissions {@code rw-------} when the file is created, before it has
 *       any content. So there is no moment in which others can read the secret.
 *   <li>A new secret never replaces a file. A lost signing key cannot be recovered from its
 *       signatures.
 *   <li>A secret that others can access is refused when it is read, and the message contains the
 *       {@code chmod} that corrects the file. On file systems without POSIX permissions this check
 *       passes.
 *   <li>The label selects the block, so a certificate in the same file is no obstacle, and a file
 *       with a public key is not mistaken for one with a private key.
 * </ul>
 *
 * <p>{@code createForOwnerOnly} and {@code requireSecret} apply the same rules to secrets that are
 * not in PEM, such as a database of jobs or the secret of webhooks.
 *
 * <p>The caller interprets the bytes: {@link io.diffusion4j.provenance.SigningKey} and {@link
 * io.diffusion4j.provenance.TrustedKey} contain Ed25519 keys, {@link
 * io.diffusion4j.provenance.watermark.WatermarkKey} has the secret of a watermark.
 *
 * <p>Not here: encrypted keys and passphrases, key stores, hardware tokens, and the rotation of
 * keys.
 */
@NullMarked
package io.diffusion4j.provenance.key;

import org.jspecify.annotations.NullMarked;
