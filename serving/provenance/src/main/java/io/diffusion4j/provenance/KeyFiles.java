package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files of keys in PEM (RFC 7468): one block, and for secrets no access by others. */
public final class KeyFiles {
  private static final Set<PosixFilePermission> OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");

  private KeyFiles() {}

  /**
   * Writes a new file that only its owner can read.
   *
   * @param label such as {@code PRIVATE KEY}
   * @throws java.nio.file.FileAlreadyExistsException if there is such a file
   */
  public static void writeSecret(Path file, String label, byte[] content) throws IOException {
    createForOwnerOnly(file);
    Files.writeString(file, pem(label, content));
  }

  /**
   * Creates an empty file that only its owner can access, where the file system has permissions.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is such a file
   */
  public static void createForOwnerOnly(Path file) throws IOException {
    if (Files.getFileAttributeView(file.toAbsolutePath(), PosixFileAttributeView.class) == null) {
      Files.createFile(file); // a file system without permissions
    } else {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
  }

  /** Returns the PEM block of a content. */
  public static String pem(String label, byte[] content) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  /**
   * Reads the block of a file.
   *
   * @param name the name of the file in messages
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if there is no such block in it
   */
  public static byte[] read(String name, Path file, String label) throws IOException {
    Pattern block =
        Pattern.compile("-----BEGIN " + label + "-----([^-]*)-----END " + label + "-----");
    Matcher found = block.matcher(Files.readString(file, ISO_8859_1));
    if (!found.find()) {
      throw Check.refusal(name, file, "a file with BEGIN %s", label);
    }
    try {
      return Base64.getMimeDecoder().decode(found.group(1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          Check.message(name, file, "Base64 between BEGIN and END"), e);
    }
  }

  /**
   * Reads the block of a file that only its owner can read.
   *
   * @param name the name of the file in messages
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if others can read the file, or there is no such block in it
   */
  public static byte[] readSecret(String name, Path file, String label) throws IOException {
    requireSecret(name, file);
    return read(name, file, label);
  }

  /**
   * Returns normally if only the owner of a file can access it; always on file systems without
   * POSIX permissions.
   *
   * @param name the name of the file in messages
   * @throws IllegalArgumentException if others can
   */
  public static void requireSecret(String name, Path file) throws IOException {
    var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      Set<PosixFilePermission> granted = view.readAttributes().permissions();
      Check.that(
          granted.stream().noneMatch(OTHERS::contains),
          name,
          file + ", which others can access",
          "a file of its owner alone: chmod 600 %s",
          file);
    }
  }
}
