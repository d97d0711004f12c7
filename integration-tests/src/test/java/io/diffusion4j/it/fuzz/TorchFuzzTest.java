package io.diffusion4j.it.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TorchFile;
import org.junit.jupiter.api.Tag;

/** Any file is one of torch's, or refused by a {@link CheckpointException}. */
@Tag("fuzz")
final class TorchFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void isReadOrRefused(byte[] bytes) {
    try (var file = TorchFile.open(Scratch.with(bytes))) {
      for (String name : file.names()) {
        int length = (int) Math.min(16, file.info(name).byteSize());
        file.raw(name, 0, length);
      }
    } catch (CheckpointException e) {
      // the errors for damaged files
    }
  }
}
