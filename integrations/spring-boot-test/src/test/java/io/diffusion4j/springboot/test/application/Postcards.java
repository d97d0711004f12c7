package io.diffusion4j.springboot.test.application;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import org.springframework.stereotype.Component;

/** The component under test. */
@Component
class Postcards {
  private final GenerationClient client;

  Postcards(GenerationClient client) {
    this.client = client;
  }

  byte[] draw(String prompt, long seed) {
    var request = Requests.textToImage(prompt).addSeeds(seed).build();
    return client.generate(request).images().get(0).png();
  }
}
