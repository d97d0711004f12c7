package io.diffusion4j.benchmarks.networks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.diffusion4j.nn.engine.OperationTime;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles are sums over what TensorFlow recorded. */
class ProfileTest {
  private static Profile decoder = new Profile("none", List.of());

  @BeforeAll
  static void record() {
    decoder = Profile.of(DecoderSubject.extraSmall(), 2, Precision.FLOAT32);
  }

  @Test
  void aDecoderRunsItsConvolutions() {
    assertThat(decoder.name()).isEqualTo("decoder XS, batch 2, float32");
    assertThat(decoder.runs())
        .anySatisfy(run -> assertThat(run.kind()).contains("Conv2D"))
        .allSatisfy(run -> assertThat(run.nanos()).isNotNegative());
  }

  @Test
  void theDearestKindsComeFirstAndAreAllOfTheTime() {
    var all = decoder.dearest(Integer.MAX_VALUE);
    assertThat(all)
        .isSortedAccordingTo((a, b) -> Long.compare(b.nanos(), a.nanos()))
        .doesNotHaveDuplicates();
    assertThat(all.stream().mapToLong(Profile.Share::nanos).sum()).isEqualTo(decoder.nanos());
    assertThat(all.stream().mapToInt(Profile.Share::count).sum()).isEqualTo(decoder.runs().size());
    assertThat(decoder.dearest(3)).isEqualTo(all.subList(0, 3));
  }

  @Test
  void kindsAreReadFromLabels() {
    var profile =
        Profile.of(
            "by hand",
            List.of(
                new OperationTime("b = Add(x, y)", "b", 0, 2_000, 300),
                new OperationTime("a = Mul(x, x)", "a", 0, 1_000, 100),
                new OperationTime("", "c", 0, 3_000, 20)));
    assertThat(profile.runs())
        .containsExactly(
            new Profile.Run("Mul", "a", 0, 1_000, 100),
            new Profile.Run("Add", "b", 0, 2_000, 300),
            new Profile.Run("c", "c", 0, 3_000, 20));
  }

  @Test
  void tenKindsArePrinted() {
    var text = new StringWriter();
    ProfileReport.print(new PrintWriter(text), decoder);
    assertThat(text.toString().lines()).hasSize(11).first().asString().startsWith("decoder XS");
  }

  @Test
  void theTraceHasAnEventForEachOperation(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("trace.json");
    ProfileReport.writeTrace(file, List.of(decoder));
    int events = 0;
    try (var json = new JsonFactory().createParser(file.toFile())) {
      assertThat(json.nextToken()).isEqualTo(JsonToken.START_ARRAY);
      while (json.nextToken() == JsonToken.START_OBJECT) {
        events++;
        json.skipChildren();
      }
    }
    assertThat(events).isEqualTo(1 + decoder.runs().size());
  }
}
