package example;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Requests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

public final class Ask {
  private Ask() {}

  // snippet: ask
  static void draw(String server) throws IOException {
    try (var client = GenerationClient.connect(server)) { // such as "localhost:50051"
      var request = Requests.textToImage("a red apple on a blue background").addSeeds(7).build();
      var generation =
          client.generate(request, p -> System.out.println(p.getStage() + " " + p.getStep()));
      Files.write(Path.of("apple.png"), generation.images().get(0).png());
    } catch (GenerationException e) {
      System.err.println(e.code() + ": " + e.getMessage());
    }
  }

  // end snippet

  public static void main(String[] args) throws IOException {
    draw(args[0]);
  }
}
