const { tokens, most } = context.config;
return { pass: tokens <= most, score: tokens <= most ? 1 : most / tokens, reason: `about ${tokens} tokens, the most is ${most}` };
