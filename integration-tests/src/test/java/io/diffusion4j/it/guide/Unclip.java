package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.client.Requests;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.nio.file.Path;

final class Unclip {
  /** Draws an apple, a variation, and a picture between the apple and an owl, as PNG files. */
  static byte[][] draw(Path model) {
    try (var local = LocalGeneration.open(model)) {
      byte[] apple = one(local, Requests.textToImage("a red apple"), 7);
      byte[] owl = one(local, Requests.textToImage("an owl"), 7);
      byte[] likeIt = one(local, Requests.variation(apple), 8); // fresh noise
      byte[] between = one(local, Requests.interpolation(apple, owl, 0.5), 7);
      return new byte[][] {apple, likeIt, between};
    }
  }

  private static byte[] one(
      LocalGeneration local, GenerateImagesRequest.Builder request, long seed) {
    return local.client().generate(request.addSeeds(seed).build()).images().get(0).png();
  }
}
// end snippet
