package io.diffusion4j.it.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.SafetensorsFile;
import org.junit.jupiter.api.Tag;

/** Any file is a checkpoint, or refused by a {@link CheckpointException}. */
@Tag("fuzz")
final class SafetensorsFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void isReadOrRefused(byte[] bytes) {
    try (var file = SafetensorsFile.open(Scratch.with(bytes))) {
      for (String name : file.names()) {
        int length = (int) Math.min(16, file.info(name).byteSize());
        file.raw(name, 0, length);
      }
      file.metadata();
    } catch (CheckpointException e) {
      // the errors for damaged files
    }
  }
}
