package io.diffusion4j.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.benchmarks.Bench;
import io.diffusion4j.benchmarks.report.RunCount;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PeersBenchTest {
  private static final RunCount ONCE = new RunCount(0, 1, Duration.ZERO);

  @TempDir private Path folder = Path.of("");

  /** Runs where a {@code bench peers} has downloaded the jars before. */
  @Test
  void peersComputeWhatWeCompute() throws IOException {
    assumeTrue(PeerJars.ofUser().present().isPresent());
    var out = new StringWriter();
    var command = new CommandLine(new Bench()).setOut(new PrintWriter(out, true));
    Path picture = folder.resolve("peers.svg");
    int status =
        command.execute(
            "peers", "--networks=XS", "--quick", "--history=" + folder, "--plot=" + picture);
    assertThat(status).isZero(); // a relative error above the tolerance is a failure
    assertThat(picture).content().contains("XS, batch 8", "libtorch bf16");
    JsonNode rows =
        new ObjectMapper().readTree(new PeerHistory(folder).file().toFile()).get(0).get("rows");
    long contenders = Stream.of(EngineUnderTest.values()).filter(EngineUnderTest::isHere).count();
    assertThat(rows).hasSize(Math.toIntExact(2 * contenders));
    assertThat(rows).allSatisfy(row -> assertThat(row.get("milliseconds").asDouble()).isPositive());
    assertThat(out.toString().lines().filter(line -> line.startsWith("XS"))).hasSize(rows.size());
  }

  @Test
  void contendersTakeTurnsInProcessesOfTheirOwn() throws IOException {
    var contenders = List.of(EngineUnderTest.OURS_F32, EngineUnderTest.OURS_F32);
    var match = new PeerMatch(contenders, List.of(), folder, 2, ONCE, ONCE);
    List<PeerRow> rows = new ArrayList<>();
    match.play(PeerSubject.named("XS"), rows::addAll);
    assertThat(rows).extracting(PeerRow::batch).containsExactly(1, 1, 8, 8);
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.error()).isZero(); // weights and inputs are the same in each process
              assertThat(row.millis()).isPositive();
              assertThat(row.overPeers(rows)).isEmpty();
            });
  }

  @Test
  void unknownNamesAreRefusedBeforeAnythingIsDownloaded() {
    assertThat(refusal("--networks=L"))
        .contains("networks: L (expected: one of XS, S, M, prior, decoder, upsampler)");
    assertThat(refusal("--precisions=f16"))
        .contains("precisions: f16 (expected: some of f32, bf16, int8)");
  }

  private static String refusal(String option) {
    var out = new StringWriter();
    var errors = new StringWriter();
    int status =
        new CommandLine(new Bench())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(errors, true))
            .execute("peers", option);
    assertThat(status).isNotZero();
    assertThat(out.toString()).isEmpty();
    return errors.toString();
  }
}
