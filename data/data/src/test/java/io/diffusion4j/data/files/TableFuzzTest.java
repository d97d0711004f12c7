package io.diffusion4j.data.files;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/** Any text is a table of separated values, or refused by an {@link IllegalArgumentException}. */
@Tag("fuzz")
final class TableFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void isReadOrRefused(FuzzedDataProvider data) {
    char separator = data.consumeBoolean() ? ',' : '\t';
    try {
      var unused =
          SeparatedValues.read(Path.of("a.csv"), data.consumeRemainingAsString(), separator);
    } catch (IllegalArgumentException e) {
      // what other texts are refused by
    }
  }
}
