package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.data.files.TarIndex.Member;
import io.diffusion4j.diffusion.cache.UserCache;
import io.diffusion4j.diffusion.digest.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * A cache of the indices of tar files, which avoids reading their headers again. An index belongs
 * to one path, size and modification time; a damaged or outdated one is rebuilt. The folder may be
 * deleted at any time.
 *
 * @param folder is created when needed
 * @param least the size in bytes from which tar files are cached
 */
record TarCache(Path folder, long least) {
  private static final System.Logger LOG = System.getLogger(TarCache.class.getName());
  private static final int MAGIC = 0x64346a32;

  /** Returns {@code $XDG_CACHE_HOME/diffusion4j/shards}, for tar files from 16 MiB on. */
  static TarCache ofUser() {
    return new TarCache(UserCache.folder("shards"), 1L << 24);
  }

  /** Returns the index like {@link TarIndex#read}, from the cache if possible. */
  List<Member> members(String setting, Path tar) throws IOException {
    var facts = Files.readAttributes(tar, BasicFileAttributes.class);
    if (facts.size() < least) {
      return TarIndex.read(setting, tar);
    }
    Path file = folder.resolve(name(tar));
    Optional<List<Member>> kept = read(file, facts);
    if (kept.isPresent()) {
      return kept.get();
    }
    List<Member> members = TarIndex.read(setting, tar);
    try {
      write(file, facts, members);
    } catch (IOException e) { // of a cache that cannot be written to; the index is there
      LOG.log(System.Logger.Level.WARNING, "cannot keep the index of " + tar + ": " + e);
    }
    return members;
  }

  private static String name(Path tar) {
    byte[] path = tar.toAbsolutePath().normalize().toString().getBytes(UTF_8);
    return HexFormat.of().formatHex(Sha256.of(path), 0, 16) + ".index";
  }

  private static Optional<List<Member>> read(Path file, BasicFileAttributes facts) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    var checksum = new CRC32();
    try (var in =
        new DataInputStream(
            new CheckedInputStream(
                new BufferedInputStream(Files.newInputStream(file)), checksum))) {
      if (in.readInt() != MAGIC
          || in.readLong() != facts.size()
          || in.readLong() != facts.lastModifiedTime().toMillis()) {
        return Optional.empty();
      }
      int count = in.readInt();
      List<Member> members = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        members.add(new Member(in.readUTF(), in.readLong(), in.readLong()));
      }
      long sum = checksum.getValue();
      return in.readLong() == sum ? Optional.of(members) : Optional.empty();
    } catch (IOException e) { // of a cache that cannot be read; the tar file can
      LOG.log(System.Logger.Level.INFO, "cannot read " + file + ", which is made anew: " + e);
      return Optional.empty();
    }
  }

  /** Writes an index whole or not at all. */
  private void write(Path file, BasicFileAttributes facts, List<Member> members)
      throws IOException {
    if (members.stream().anyMatch(member -> member.name().length() > Short.MAX_VALUE / 2)) {
      return; // longer than the format's strings may be
    }
    Files.createDirectories(folder);
    Path part = Files.createTempFile(folder, "index", ".part");
    try {
      var checksum = new CRC32();
      try (var out =
          new DataOutputStream(
              new CheckedOutputStream(
                  new BufferedOutputStream(Files.newOutputStream(part)), checksum))) {
        out.writeInt(MAGIC);
        out.writeLong(facts.size());
        out.writeLong(facts.lastModifiedTime().toMillis());
        out.writeInt(members.size());
        for (Member member : members) {
          out.writeUTF(member.name());
          out.writeLong(member.offset());
          out.writeLong(member.size());
        }
        out.writeLong(checksum.getValue());
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
