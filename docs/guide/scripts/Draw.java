///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS io.diffusion4j:diffusion4j-local:0.1.0-SNAPSHOT
//DEPS io.diffusion4j:diffusion4j-model-emoji:0.1.0-SNAPSHOT

import io.diffusion4j.client.Requests;
import io.diffusion4j.local.LocalGeneration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Draws a picture of the words, then a variation of the picture: {@code jbang Draw.java a red
 * apple}.
 */
final class Draw {
  public static void main(String[] words) throws IOException {
    String prompt = words.length == 0 ? "a red apple" : String.join(" ", words);
    try (var local = LocalGeneration.emoji()) {
      var request = Requests.textToImage(prompt).addSeeds(7).build();
      byte[] picture = local.client().generate(request).images().get(0).png();
      var another = Requests.variation(picture).addSeeds(1).build();
      Files.write(Path.of("picture.png"), picture);
      Files.write(Path.of("variation.png"), local.client().generate(another).images().get(0).png());
    }
    System.out.println("picture.png and variation.png: " + prompt);
  }
}
