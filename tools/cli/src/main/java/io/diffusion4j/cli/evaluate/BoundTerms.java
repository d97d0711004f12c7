package io.diffusion4j.cli.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The terms of the variational bound in a report of {@code nll --json}. */
public final class BoundTerms {
  /** The field of the timesteps, from noise to clean. */
  static final String TIMESTEPS = "timesteps";

  /** The field of their terms L_t, means over pictures in bits per dimension. */
  static final String TERMS = "terms";

  private BoundTerms() {}

  /**
   * Reads L_t by t.
   *
   * @param setting the name of the setting with the path, for messages
   * @throws IllegalArgumentException if the file is no such report
   */
  public static Map<Integer, Double> read(String setting, Path report) throws IOException {
    String expected = "a report of nll --json";
    Check.that(Files.isRegularFile(report), setting, report, expected);
    JsonNode json;
    try {
      json = new ObjectMapper().readTree(Files.readAllBytes(report));
    } catch (JsonProcessingException e) {
      throw Check.refusal(setting, report, expected);
    }
    JsonNode timesteps = json.path(TIMESTEPS);
    JsonNode values = json.path(TERMS);
    Check.that(
        !timesteps.isEmpty() && timesteps.size() == values.size(),
        setting,
        report,
        "a report with %s, and as many %s",
        TIMESTEPS,
        TERMS);
    Map<Integer, Double> terms = new TreeMap<>();
    for (int i = 0; i < timesteps.size(); i++) {
      terms.put(timesteps.get(i).asInt(), values.get(i).asDouble());
    }
    return terms;
  }
}
