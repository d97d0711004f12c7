package example;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.model.image.ImageModel;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.langchain4j.Diffusion4jImageModel;
import io.diffusion4j.local.LocalGeneration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

public final class Frogs {
  private Frogs() {}

  // snippet: draw
  static List<Image> draw(GenerationClient client) {
    ImageModel model = Diffusion4jImageModel.builder(client).seed(7).negativePrompt("text").build();
    return model.generate("a green frog", 2).content();
  }

  // end snippet

  // snippet: edit
  static Image bite(GenerationClient client, Image apple, Image mask) {
    ImageModel model = Diffusion4jImageModel.builder(client).build();
    return model.edit(apple, mask, "a bitten apple").content(); // white in the mask is redrawn
  }

  // end snippet

  public static void main(String[] args) throws IOException {
    try (var local = LocalGeneration.emoji()) {
      int number = 0;
      for (Image frog : draw(local.client())) {
        byte[] png = Base64.getDecoder().decode(frog.base64Data());
        Files.write(Path.of("frog-" + number++ + ".png"), png);
      }
    }
  }
}
