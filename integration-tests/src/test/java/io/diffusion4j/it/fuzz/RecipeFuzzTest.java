package io.diffusion4j.it.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.diffusion4j.client.Recipes;
import org.junit.jupiter.api.Tag;

/** Any text of a picture is a recipe in JSON, or refused by an {@link IllegalArgumentException}. */
@Tag("fuzz")
final class RecipeFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void isReadOrRefused(FuzzedDataProvider data) {
    try {
      Recipes.fromJson(data.consumeRemainingAsString());
    } catch (IllegalArgumentException e) {
      // the error for other texts
    }
  }
}
