package io.diffusion4j.onednn;

import io.diffusion4j.nn.engine.Precision;

/** 8-bit products keep the promise: a row's bits do not depend on its batch. */
class QuantisedDenoiserTest extends OneDnnDenoiserTest {
  @Override
  Precision precision() {
    return Precision.INT8;
  }
}
