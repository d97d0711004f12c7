package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.ToyService;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The words of the model beside the prompt. */
class WordPickerTest extends Page {
  private static final String CHIPS = "#word-picker [aria-label='%s'] button";

  private void openThePicker() {
    browser.find("#word-picker summary").click();
  }

  private List<String> chips(String group) {
    return texts(CHIPS.formatted(group));
  }

  private List<String> texts(String selector) {
    return browser.all(selector).stream().map(WebElement::getText).toList();
  }

  private String prompt() {
    return String.valueOf(browser.find("#prompt").getDomProperty("value"));
  }

  /** The words that are underlined. */
  private @Nullable Object marked() {
    return browser.script(
        "return [...document.querySelectorAll('#prompt-marks mark')].map(m => m.textContent)");
  }

  @Test
  void aPromptIsPickedFromTheWordsOfTheModel() {
    openThePicker();
    assertThat(chips("Colours")).containsExactly("red", "yellow", "green", "blue");
    assertThat(chips("Counts")).containsExactly("two", "three");
    assertThat(chips("Words")).containsExactly("apple", "frog"); // singular and plural are known
    browser.all(CHIPS.formatted("Colours")).get(1).click();
    set("#word-filter", "rog");
    assertThat(chips("Words")).containsExactly("frog", "frogs");
    browser.find("#word-filter").sendKeys(Keys.ENTER);
    assertThat(prompt()).isEqualTo("yellow frog");
    assertThat(browser.all(".job")).isEmpty();
    set("#word-filter", "zebra");
    assertThat(browser.find("#word-picker .help").getText()).isEqualTo("No word contains “zebra”.");
  }

  @Test
  void theDiceNameOnlyKnownWords() {
    openThePicker();
    Set<String> thrown = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      browser.find("#word-picker .dice").click();
      thrown.add(prompt());
    }
    assertThat(thrown).hasSizeGreaterThan(3);
    assertThat(thrown)
        .allSatisfy(
            words ->
                assertThat(words.split(" "))
                    .isSubsetOf(
                        "a",
                        "an",
                        "apple",
                        "apples",
                        "background",
                        "blue",
                        "frog",
                        "frogs",
                        "green",
                        "on",
                        "red",
                        "three",
                        "two",
                        "yellow"));
    assertThat(browser.find("#unknown-words").isDisplayed()).isFalse();
  }

  @Test
  void unknownWordsAreUnderlinedWhileTypingAndReplacedByAClick() {
    var prompt = browser.find("#prompt");
    prompt.sendKeys("a gre");
    assertThat(marked()).isEqualTo(List.of()); // it may become "green"
    prompt.sendKeys("xn Zeppelin's apqle");
    browser.until(d -> List.of("grexn", "Zeppelin", "apqle").equals(marked()));
    assertThat(texts("#unknown-words li"))
        .containsExactly("“grexn”\ngreen", "“zeppelin”", "“apqle”\napple");
    browser.find("#unknown-words li:last-child button").click();
    assertThat(prompt()).isEqualTo("a grexn Zeppelin's apple");
    browser.until(d -> List.of("grexn", "Zeppelin").equals(marked()));
    assertThat(browser.script("return document.activeElement.id")).isEqualTo("prompt");
    prompt.clear();
    prompt.sendKeys("two red apples");
    browser.until(d -> !browser.find("#unknown-words").isDisplayed());
    assertThat(marked()).isEqualTo(List.of());
  }

  @Test
  void onlyExamplesOfKnownWordsAreOffered() {
    browser.find("#word-picker summary");
    browser.until(d -> browser.find("#word-picker").isDisplayed());
    assertThat(texts("#examples button"))
        .containsExactly("a red apple on a blue background", "a green frog");
  }

  @Test
  void aModelWithoutAListOffersNoWords() {
    try (var wordless = ToyService.withoutWords(new WebModule())) {
      browser.open("http://127.0.0.1:" + wordless.port() + "/");
      browser.find("#draw:enabled");
      assertThat(browser.find("#word-picker").isDisplayed()).isFalse();
    }
  }
}
