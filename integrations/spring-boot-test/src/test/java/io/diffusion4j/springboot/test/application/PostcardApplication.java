package io.diffusion4j.springboot.test.application;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application of a user, with a component that draws and one that does not. */
@SpringBootApplication
class PostcardApplication {}
