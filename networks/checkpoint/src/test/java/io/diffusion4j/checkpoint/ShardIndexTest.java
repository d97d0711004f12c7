package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardIndexTest {
  private static final int TENSORS = 4;
  private static final String NAME = "model";

  @TempDir private Path folder = Path.of("");

  private static SafetensorsWriter weights(int value) {
    var writer = new SafetensorsWriter();
    for (int i = 0; i < TENSORS; i++) {
      writer.floats("t" + i, DType.F32, new long[] {1}, () -> new float[] {value});
    }
    return writer;
  }

  /** Writes one file, or as many as there are tensors in each. */
  private static void write(Path folder, int value, int files) {
    weights(value).writeSharded(folder, NAME, 4L * TENSORS / files);
  }

  private static List<Float> read(Path folder) {
    try (var checkpoint = Checkpoint.open(folder, NAME)) {
      return checkpoint.names().stream().map(name -> checkpoint.read(name)[0]).toList();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Prepares a replacement by 2s whose steps the test runs. */
  private static ShardIndex.Replacement replacement(Path folder, int files) throws IOException {
    Path source = Files.createDirectories(folder.resolveSibling("new"));
    write(source, 2, files);
    var replacement = new ShardIndex.Replacement(folder, NAME);
    var shardOf = new TreeMap<String, String>();
    for (int i = 0; i < files; i++) {
      String name = ShardIndex.shardName(NAME, i, files);
      Path from = source.resolve(name);
      replacement.add(
          name,
          0,
          channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(Files.readAllBytes(from))));
      try (var shard = Checkpoint.open(from)) {
        shard.names().forEach(tensor -> shardOf.put(tensor, name));
      }
    }
    if (files > 1) {
      replacement.addIndex(new ShardIndex(shardOf), 4L * TENSORS);
    }
    return replacement;
  }

  @Test
  void aKillBetweenAnyTwoStepsLeavesTheOldWeightsOrTheNewOnes() throws IOException {
    for (int before : new int[] {1, 2, 4}) {
      for (int after : new int[] {1, 2, 4}) {
        for (int done = 0; ; done++) {
          Path each = folder.resolve(before + "-" + after + "-" + done).resolve(NAME);
          Files.createDirectories(each);
          write(each, 1, before);
          var replacement = replacement(each, after); // killed, so never closed
          List<Runnable> steps = replacement.steps();
          steps.subList(0, done).forEach(Runnable::run);
          assertThat(read(each))
              .as("%s to %s files, after %s of %s steps", before, after, done, steps.size())
              .isIn(Collections.nCopies(TENSORS, 1f), Collections.nCopies(TENSORS, 2f));
          write(each, 3, after); // after the restart
          assertThat(read(each)).hasSize(TENSORS).containsOnly(3f);
          assertThat(names(each))
              .filteredOn(name -> !name.endsWith(".tmp"))
              .hasSize(after == 1 ? 1 : after + 1)
              .allMatch(name -> name.startsWith(NAME));
          if (done == steps.size()) {
            break;
          }
        }
      }
    }
  }
}
