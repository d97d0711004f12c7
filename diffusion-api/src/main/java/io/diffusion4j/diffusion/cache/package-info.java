/**
 * Places for files that can be made again, in the user's cache.
 *
 * <p>The folders follow the XDG Base Directory Specification: {@code $XDG_CACHE_HOME/diffusion4j},
 * or {@code ~/.cache/diffusion4j} without the variable. A relative path in the variable is ignored,
 * as the specification requires.
 *
 * <pre>{@code
 * Path folder = UserCache.folder("thumbnails"); // ~/.cache/diffusion4j/thumbnails
 * Files.createDirectories(folder);
 * Path kept = folder.resolve(HexFormat.of().formatHex(Sha256.of(source)));
 * if (!Files.exists(kept)) {
 *   Path whole = Files.write(Files.createTempFile(folder, "thumbnail", ".tmp"), made);
 *   Files.move(whole, kept, StandardCopyOption.REPLACE_EXISTING);
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.diffusion.cache.UserCache} only computes the path. The caller creates
 * the folder, and follows three rules:
 *
 * <ul>
 *   <li>A file may be deleted at any time, so its absence is never an error.
 *   <li>A file identifies its source, by its name or in its header. A file of a changed source is
 *       made again.
 *   <li>A file appears complete, by a move, because other processes use the same folder.
 * </ul>
 */
@NullMarked
package io.diffusion4j.diffusion.cache;

import org.jspecify.annotations.NullMarked;
