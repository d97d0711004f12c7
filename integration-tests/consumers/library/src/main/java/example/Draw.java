package example;

// snippet: all
import io.diffusion4j.client.Requests;
import io.diffusion4j.local.LocalGeneration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

public final class Draw {
  private Draw() {}

  public static void main(String[] args) throws IOException {
    try (var local = LocalGeneration.emoji()) {
      var request = Requests.textToImage("a red apple").addSeeds(7).build();
      Files.write(Path.of("apple.png"), local.client().generate(request).images().get(0).png());
    }
  }
}
// end snippet
