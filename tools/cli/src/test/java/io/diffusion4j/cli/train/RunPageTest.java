package io.diffusion4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.cli.train.PartProgress.Phase;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.training.events.EventWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunPageTest {
  private static final Pattern DATA =
      Pattern.compile("<script type=\"application/json\" id=\"run\">(.*?)</script>");

  private final TrainingConfig config = TrainingConfig.of(1000, 4, 1e-3, 1);

  @TempDir private Path state = Path.of("");

  private JsonNode data(RunPage page) throws IOException {
    var found = DATA.matcher(Files.readString(page.file()));
    assertThat(found.find()).isTrue();
    return new ObjectMapper().readTree(found.group(1));
  }

  @Test
  void thePageHasCurvesOfBoundedSizeWithTheirLastPointAndSurvivesAnyText() throws IOException {
    String hostile = "--data </script><b>";
    var page = new RunPage(state, Map.of("command", hostile));
    page.plan("clip", state.resolve("clip"), 1000, Double.NaN);
    var clip = page.begin("clip", state.resolve("clip"), config, Map.of(), 0);
    for (long step = 1; step <= 900; step++) {
      clip.at(step, 0.5);
      clip.add("loss", step, step == 900 ? Double.NaN : 1.0 / step);
    }
    clip.add("validation/loss", 900, 0.25);
    page.write();
    JsonNode run = data(page);
    assertThat(run.at("/facts/command").textValue()).isEqualTo(hostile);
    JsonNode part = run.at("/parts/0");
    assertThat(part.get("phase").textValue()).isEqualTo("training");
    assertThat(part.at("/curves/loss")).hasSize(400);
    assertThat(part.at("/curves/loss/399/0").longValue()).isEqualTo(900);
    assertThat(part.at("/curves/validation~1loss/0/1").doubleValue()).isEqualTo(0.25);
    assertThat(part.get("imagesPerSecond").doubleValue()).isCloseTo(8, within(1e-9));
    assertThat(part.get("secondsLeft").doubleValue()).isCloseTo(50, within(1e-9));
    assertThat(state.toFile().list()).as("no temporary file").containsExactly(RunPage.FILE);
  }

  @Test
  void theRestOfAllPartsIsKnownOnceEachHasMadeAStep() {
    var page = new RunPage(state, Map.of());
    page.plan("clip", state.resolve("clip"), 1000, Double.NaN);
    page.plan("prior", state.resolve("prior"), 1000, Double.NaN);
    var clip = page.begin("clip", state.resolve("clip"), config, Map.of(), 0);
    clip.at(1000, 1);
    clip.end(Phase.done);
    assertThat(page.unmeasured()).isEqualTo(1);
    page.begin("prior", state.resolve("prior"), config, Map.of(), 0).at(900, 2);
    assertThat(page.unmeasured()).isZero();
    assertThat(page.secondsLeft()).isEqualTo(200);
  }

  @Test
  void aResumedPartGoesOnWithTheNumbersUpToItsState() throws IOException {
    Path folder = state.resolve("clip");
    try (var events = new EventWriter(folder.resolve(EventWriter.FOLDER))) {
      for (long step = 1; step <= 5; step++) {
        events.scalar("loss", step, (double) step);
      }
    }
    Files.createDirectories(folder.resolve(RunPage.PREVIEWS));
    Files.write(folder.resolve(RunPage.PREVIEWS).resolve("00000400.png"), new byte[] {1, 2, 3});
    var page = new RunPage(state, Map.of());
    page.begin("clip", folder, config, Map.of(), 3);
    JsonNode part = data(page).at("/parts/0");
    assertThat(part.at("/curves/loss")).hasSize(3);
    assertThat(part.at("/previews/0/step").textValue()).isEqualTo("400");
    assertThat(part.at("/previews/0/png").textValue()).isEqualTo("AQID");
  }

  @Test
  void thePageIsServedOnLoopbackAndAPortInUseIsRefused() throws Exception {
    var page = new RunPage(state, Map.of());
    try (var server = PageServer.of(0, page.file())) {
      assertThat(get(server.address()).statusCode()).as("nothing is written yet").isEqualTo(404);
      page.begin("clip", state.resolve("clip"), config, Map.of(), 0);
      assertThat(get(server.address()).body()).isEqualTo(Files.readString(page.file()));
      assertThat(get(server.address() + "clip/state.safetensors").statusCode()).isEqualTo(404);
      int port = URI.create(server.address()).getPort();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PageServer.of(port, page.file()))
          .withMessage("page: " + port + " (expected: a free port; this one is in use)");
    }
  }

  private static HttpResponse<String> get(String address) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
