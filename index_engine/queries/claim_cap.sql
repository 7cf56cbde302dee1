SELECT quantile, yuan FROM measures.claim_cap
